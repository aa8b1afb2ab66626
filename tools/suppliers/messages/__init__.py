"""From a supplier's message to events with exact spans, linked orders and proposals."""
