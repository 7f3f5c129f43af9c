"""How well a network serves: scores by pluggable rules, figures by day, and the dashboard that shows both."""
