"""Lists of contacts: kept by dates, and asked of the register of vehicles."""
