"""Everything about having an Asterisk: its configuration files, its prompts, and starting and stopping one."""
