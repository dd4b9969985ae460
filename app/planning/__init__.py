"""From open reports to a crew's round: stops, distances, order, and files for navigators. Pure functions."""
