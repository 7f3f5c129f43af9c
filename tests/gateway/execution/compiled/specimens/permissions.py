from core.kernel.permissions import permission

READ = permission("specimens.read", "See specimens.")
WEIGH = permission("specimens.weigh", "See what specimens weigh in secret.")
KEEP = permission("specimens.keep", "See who keeps a specimen.")
COMPARE = permission("specimens.compare", "See specimens of all tenants.")
EVERY = frozenset(one.name for one in (READ, WEIGH, KEEP, COMPARE)) | {"kernel.signed_in"}
