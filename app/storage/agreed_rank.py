"""A contact with whom a call was agreed goes before all others, once: until that call is made or something else is said."""

from sqlalchemy import case

from app.storage.tables import contacts
from dialer.list_order import AGREED

_rank = contacts.c.list_rank
USUAL_RANK = case((_rank < 0, _rank + AGREED), else_=_rank)
AGREED_RANK = case((_rank < 0, _rank), else_=_rank - AGREED)
