"""The Grafana dashboard, made from code; `python -m metrics.grafana.dashboard` writes dealerlijn.json anew."""
