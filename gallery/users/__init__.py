"""Users for administrators: the list, invitations, changes, links that set a password."""
