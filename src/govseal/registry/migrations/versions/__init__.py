"""The revisions. What one of them does stays as it is, whatever becomes of the tables later."""
