"""The words all other packages share: ids, phone numbers, facts and the life of a call. No I/O."""
