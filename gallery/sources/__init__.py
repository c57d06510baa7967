"""Where pictures come from: each module reads one kind of folder or archive and says what lies in it."""
