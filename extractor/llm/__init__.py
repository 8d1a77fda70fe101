"""Requests to LLMs and their answers: endpoints, and the cache, retries and meter wrapped around them."""
