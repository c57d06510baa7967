"""The whole site as `manage.py up` starts it, used through a browser, and hurt."""
