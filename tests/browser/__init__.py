"""What people see and do, in a real browser: JupyterLab, Notebook 7 and Voila, on this machine alone."""
