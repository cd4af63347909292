"""Tests of which waiting call goes to which agent."""
