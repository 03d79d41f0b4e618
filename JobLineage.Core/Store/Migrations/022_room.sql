-- A change of state writes its row anew. Where the page has room for it the server's log holds only what differs; else all of it, arguments
-- and errors too.
alter table job_lineage.job set (fillfactor = 85);
