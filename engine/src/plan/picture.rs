//! How does a plan look as a picture?
