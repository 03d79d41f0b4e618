-- Further parents that are no array to Postgres (the character of number 0, half a character) made every statement fail that counts links. They are
-- read again when their job is.
do $$
declare
    one record;
begin
    for one in
        select source_id, id, parents from job_lineage.job
        where parents is not null and (parents like '%\\u%' or parents not like '[%]')
    loop
        begin
            perform jsonb_array_elements_text(one.parents::jsonb);
        exception when data_exception then
            update job_lineage.job set parents = null where source_id = one.source_id and id = one.id;
        end;
    end loop;
end $$;
