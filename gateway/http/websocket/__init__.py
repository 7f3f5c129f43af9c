"""GraphQL over websockets, by the protocol ``graphql-transport-ws`` and no other."""
