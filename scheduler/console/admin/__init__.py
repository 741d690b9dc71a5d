"""The pages of an administrator, below ``/admin``. May import what the console may."""
