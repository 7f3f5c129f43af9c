"""What an actor may do with networks, tenants, sites, people, accounts and plugins."""

from core.kernel.permissions import permission

READ_TENANTS = permission("tenants.read", "See the tenants around one's own, one's sites and settings.")
PROVISION_TENANTS = permission("tenants.provision", "Add tenants to the network.")
SUSPEND_TENANTS = permission("tenants.suspend", "Suspend and resume tenants.")
PLACE_TENANTS = permission("tenants.place", "Move tenants to another place in the tree.")
CONFIGURE_TENANT = permission(
    "tenants.configure", "Change the name, locale, time zone and preferences of one's tenant."
)
MANAGE_ISSUERS = permission("tenants.manage_issuers", "Say whose sign-in tokens the network accepts.")
DEFINE_ROLES = permission("tenants.define_roles", "Make roles of the network's own.")
MANAGE_SITES = permission("sites.manage", "Open, change and close sites of one's tenant.")
READ_PEOPLE = permission("people.read", "See who is a member of one's tenant, and who is invited.")
INVITE_PEOPLE = permission("people.invite", "Invite people to one's tenant, or to units below it.")
MANAGE_ROLES = permission("people.manage_roles", "Change the roles of members and end memberships.")
MANAGE_ACCOUNTS = permission("service_accounts.manage", "Create, rotate and revoke service accounts of one's tenant.")
APPROVE_PLUGINS = permission("plugins.approve", "Approve plugins for the network and withdraw approval.")
ENABLE_PLUGINS = permission("plugins.enable", "Enable approved plugins in one's tenant and grant them scopes.")
