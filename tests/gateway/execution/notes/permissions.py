from core.kernel.permissions import permission

READ = permission("notes.read", "Read notes.")
WRITE = permission("notes.write", "Write notes.")
AUDIT = permission("notes.audit", "See who wrote a note.")
COMPARE = permission("notes.compare", "Compare notes of all tenants.")
