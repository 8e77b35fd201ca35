"""What Prometheus reads, made at scrape time from what is known then; nothing is set in advance."""
