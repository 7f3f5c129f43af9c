"""Pure rules of rollouts: who is in which wave, when a wave begins, and which version a tenant is on."""
