"""The platform on one machine: real servers and the services as child processes, and nothing else to install."""
