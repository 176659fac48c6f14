"""What tests of what a role may do share."""

import psycopg


def drop_roles(connection, roles):
    """Takes away these roles and all that is theirs, whoever the session is just now."""
    connection.execute("RESET SESSION AUTHORIZATION")
    connection.execute("RESET ROLE")
    for role in roles:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
            connection.execute(f"DROP OWNED BY {role} CASCADE")
            connection.execute(f"DROP ROLE {role}")


def login(database, role):
    return psycopg.connect(dbname=database, user=role, autocommit=True)
