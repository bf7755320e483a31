// The static page holds all its results: it draws at once.
readState();
refresh();
