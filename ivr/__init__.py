"""What a caller hears before an agent: opening hours, menus and the flow between them."""
