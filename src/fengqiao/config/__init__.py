"""Config: settings, root urls, menu, command line, start-up. The only place that knows every context."""
