"""The running program: it joins the subjects to Asterisk, the database and the web."""
