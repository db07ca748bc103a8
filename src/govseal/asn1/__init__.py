"""Strict DER: reading over the received bytes, writing, and structures described as tables."""
