"""Password hashing with a bounded memory cost."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PlanArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with OWASP's small profile: Django's own defaults take 2 GiB for 20 logins at once."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1
