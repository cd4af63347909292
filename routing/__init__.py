"""Which waiting call goes to which agent: agents, skills, queues, selection and the wait estimate."""
