using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// Brings what was read from a source into the store: one transaction a batch, set-based, and the same whatever the
/// order in which rows arrive. One ingester a source at a time: the leader's.
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="source">The source whose jobs these are.</param>
/// <param name="record">What the store remembers of it.</param>
public sealed class Ingester(NpgsqlDataSource store, ProbedSource source, SourceRecord record)
{
    private const int IdBlock = 1000;

    private readonly Labels labels = new();
    private readonly Fingerprints fingerprints = new();
    private readonly SourceMapping mapping = source.Mapping;

    /// <summary>The moment since which the numbers that are known were asked for; null before the first batch.</summary>
    private DateTime? numbersAt;

    /// <summary>Writes a batch.</summary>
    /// <param name="jobs">Jobs as just read from the source.</param>
    /// <param name="absent">Ids that the source was asked for and does not have.</param>
    /// <param name="progress">What to remember of the feed's position, in the same transaction; null for nothing.</param>
    /// <param name="cancellation">Rolls back.</param>
    /// <returns>What became of it.</returns>
    public Task<IngestResult> ApplyAsync(
        IReadOnlyCollection<Job> jobs, IReadOnlyCollection<string> absent, FeedProgress? progress, CancellationToken cancellation) =>
        ApplyAsync(new SourceRows([.. jobs], [.. absent]), progress, cancellation);

    /// <summary>Writes a batch. A row that the store refuses is found and put aside, and all others are written.</summary>
    /// <param name="rows">What was read from the source, with what could not be.</param>
    /// <param name="progress">What to remember of the feed's position, in the same transaction; null for nothing.</param>
    /// <param name="cancellation">Rolls back.</param>
    /// <returns>What became of it.</returns>
    public async Task<IngestResult> ApplyAsync(SourceRows rows, FeedProgress? progress, CancellationToken cancellation)
    {
        try
        {
            return await WriteAsync(rows, progress, cancellation);
        }
        catch (Exception e) when (RowFaults.IsOfRows(e) && rows.Jobs.Count > 0)
        {
            return await new RefusedRows(mapping.Name, (some, token) => WriteAsync(some, null, token)).ApplyAsync(
                rows, rest => WriteAsync(rest, progress, cancellation), cancellation);
        }
    }

    private async Task<IngestResult> WriteAsync(SourceRows rows, FeedProgress? progress, CancellationToken cancellation)
    {
        var (jobs, absent) = (rows.Jobs, rows.Absent);
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var prints = Prints(jobs);
        await EnsureAsync(connection, jobs, prints, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var turn = await BeginAsync(connection, cancellation);
        if (turn.NumbersAt != numbersAt)
        {
            // Some that were known may have been given up: they are asked for before a batch begins, as what a batch adds is gone if it fails.
            await transaction.RollbackAsync(cancellation);
            labels.Forget();
            fingerprints.Forget();
            numbersAt = turn.NumbersAt;
            return await WriteAsync(rows, progress, cancellation);
        }

        var loader = new BatchLoader(connection, record.Id, turn.Leftovers);
        var nodes = new Dictionary<string, Node>(jobs.Count + absent.Count, StringComparer.Ordinal);
        var byKey = new Dictionary<string, Job>(jobs.Count, StringComparer.Ordinal);
        foreach (var job in jobs)
            byKey[JobKeys.Of(job.Id)] = job;
        var lost = absent.Select(id => JobKeys.Of(id)).ToList();
        // Of these nothing is known any more.
        var blind = rows.Bad.Where(b => !b.IsKept).Select(b => b.Id).Concat(rows.Unknown).Select(id => JobKeys.Of(id)).ToHashSet(StringComparer.Ordinal);
        await loader.JobsAsync(nodes, [.. byKey.Keys, .. lost, .. blind], cancellation);
        // Under a corrected mapping an insertion time that differs is the same job's.
        var returned = turn.IsRereading || mapping.SharesIds ? [] : await new ReturnedIds(connection, record.Id, loader).SetAsideAsync(nodes, byKey, cancellation);
        var versions = returned.Count > 0 || turn.HasReturned ? await VersionLinks.LoadAsync(loader, nodes, byKey, cancellation) : new();
        var changed = new List<string>();
        // Under a corrected mapping links are what it says they are.
        var links = await JobLinks.LoadAsync(loader, byKey.Keys, versions, mapping.KeepsParent && !turn.IsRereading, cancellation);
        Take(nodes, byKey, rows, links, prints, changed);
        var taken = changed.Count;
        await VersionLinks.MoveChildrenAsync(loader, nodes, byKey, versions, cancellation);
        Absences.Lose(nodes, returned.Select(r => r.Earlier), []);
        Absences.Lose(nodes, lost, changed);
        Absences.Blind(nodes, blind, changed);
        if (changed.Count > 0 || rows.Bad.Count > 0 || turn.HasPutAside)
        {
            var ids = new IdBlocks(connection, IdBlock);
            var runs = mapping.RunKey is null
                ? await PlaceByPointerAsync(loader, nodes, ids, cancellation)
                : await PlaceByKeyAsync(loader, nodes, ids, cancellation);
            NameLong(nodes, jobs);
            foreach (var node in nodes.Values)
            {
                // Not counted and in no run: there is nothing left to tell of it, unless its id is another job's now.
                node.IsDropped = node.New.RunId is null && (node.New.Flags & (JobFlags.Missing | JobFlags.Vanished)) != 0
                    && !JobKeys.TryRead(node.Id, out _, out _);
            }

            await loader.ClearAsync(nodes.Values.Where(n => !n.Exists).Select(n => n.Id), cancellation);
            var failures = FailureDeltas.Of(nodes.Values, mapping.TargetKeys, turn.IsBackfilled || turn.IsRereading);
            await new BatchWriter(connection, record.Id, mapping.Name, turn.HasReturned || returned.Count > 0).WriteAsync(
                nodes.Values, runs, Deltas.Of(nodes), QueueDeltas.Of(nodes.Values), failures, [.. returned.Select(r => r.Key)],
                batch => PutAsideRows.Add(batch, record.Id, [.. byKey.Keys, .. lost, .. blind], rows.Bad, turn.HasPutAside), cancellation);
            if (turn.IsRereading || mapping.SharesIds)
                await FailureDeltas.CorrectAsync(connection, record.Id, nodes.Values, cancellation);
        }

        if (progress is not null)
            await progress.SaveAsync(connection, record.Id, cancellation);
        await transaction.CommitAsync(cancellation);
        return new(
            changed, changed.Count - taken,
            [.. nodes.Values.Where(n => n is { Exists: false, IsDropped: false } && n.Has(JobFlags.Missing)).Select(n => n.NativeId ?? n.Id)])
        {
            Returned = returned.Count,
            Added = [.. nodes.Values.Where(n => n is { Exists: false, Incoming: not null }).Select(n => n.Incoming!.Id)],
        };
    }

    private async Task EnsureAsync(NpgsqlConnection connection, IReadOnlyCollection<Job> jobs, Dictionary<string, string> prints, CancellationToken cancellation)
    {
        await labels.EnsureAsync(connection, Texts(jobs), cancellation);
        await fingerprints.EnsureAsync(connection, prints.Values, cancellation);
    }

    /// <summary>The fingerprints of the errors by their messages: many jobs fail with the same words.</summary>
    private static Dictionary<string, string> Prints(IReadOnlyCollection<Job> jobs)
    {
        var prints = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var message in jobs.Select(Fingerprint.MessageOf).OfType<string>())
        {
            if (!prints.ContainsKey(message))
                prints[message] = Fingerprint.Of(message);
        }

        return prints;
    }

    private static IEnumerable<string> Texts(IReadOnlyCollection<Job> jobs)
    {
        yield return "";
        foreach (var job in jobs)
        {
            yield return job.Worker;
            yield return job.Queue;
            if (job.Step is not null)
                yield return job.Step;
        }
    }

    private void Take(Dictionary<string, Node> nodes, Dictionary<string, Job> jobs, SourceRows rows, JobLinks links, Dictionary<string, string> prints, List<string> changed)
    {
        foreach (var (key, job) in jobs)
        {
            if (!nodes.TryGetValue(key, out var node))
                nodes[key] = node = new(key);
            var (parent, parents) = links.Of(node, job);
            var (hash, areOthers) = (JobHash.Of(job, parents), links.AreOthers(node, parents));
            var facts = node.Old with
            {
                ParentId = parent,
                RunKey = ShortText.Of(job.RunKey),
                Worker = labels[job.Worker],
                Step = job.Step is null ? null : labels[job.Step],
                Queue = labels[job.Queue],
                State = job.State,
                Attempt = job.Attempt,
                AttemptedBy = job.AttemptedBy,
                Flags = (node.Old.Flags & JobFlags.CycleCut) | (job.IsCut ? JobFlags.Cut : 0) | (rows.Deleted.Contains(job.Id) ? JobFlags.Gone : 0),
                Fingerprint = Fingerprint.MessageOf(job) is { } message ? fingerprints[prints[message]] : null,
                Expected = job.ExpectedChildren,
                InsertedAt = job.InsertedAt,
                ScheduledAt = job.ScheduledAt,
                AttemptedAt = job.AttemptedAt,
                FinishedAt = job.FinishedAt,
            };
            // What an image lacks is no change: what was read of the whole row stays.
            if (rows.Partial.Contains(job.Id) && node.WasRead)
            {
                facts = node.Old with
                {
                    State = job.State,
                    Attempt = job.Attempt,
                    AttemptedAt = job.AttemptedAt,
                    FinishedAt = job.FinishedAt,
                    Flags = (node.Old.Flags & (JobFlags.CycleCut | JobFlags.Cut)) | JobFlags.Gone,
                };
                (hash, areOthers) = (node.Hash, false);
            }

            if (node.Exists && node.Hash == hash && node.Old == facts && !areOthers)
                continue;
            node.IsPayloadChanged = node.Hash != hash || areOthers;
            node.IsAffected = !node.Exists || (node.Old.Flags & JobFlags.Missing) != 0 || facts.ParentId != node.Old.ParentId
                || facts.RunKey != node.Old.RunKey || facts.Worker != node.Old.Worker || facts.Step != node.Old.Step;
            node.New = facts;
            node.Incoming = job;
            node.Parents = parents;
            node.Hash = hash;
            changed.Add(job.Id);
        }
    }

    /// <summary>Ids that are too long to be keys, and are asked for under their own names.</summary>
    private static void NameLong(Dictionary<string, Node> nodes, IEnumerable<Job> jobs)
    {
        foreach (var id in jobs.SelectMany(j => new[] { j.Id, j.ParentId }).OfType<string>())
        {
            var key = JobKeys.Of(id);
            if (!ReferenceEquals(key, id) && nodes.TryGetValue(key, out var node))
                node.NativeId = id;
        }
    }

    private async Task<IReadOnlyCollection<RunNode>> PlaceByPointerAsync(
        BatchLoader loader, Dictionary<string, Node> nodes, IdBlocks ids, CancellationToken cancellation)
    {
        var affected = nodes.Values.Where(n => n.IsAffected).ToList();
        if (affected.Count == 0)
            return [];
        var seeds = affected.Where(n => n.Old.Children > 0).Select(n => n.Id).ToList();
        var oldRuns = affected.Where(n => n.Old.RunId is not null).Select(n => n.Old.RunId!.Value).ToHashSet();
        if (oldRuns.Count > 0)
            seeds.AddRange(await loader.CutRootsAsync(oldRuns, cancellation));
        await loader.DescendantsAsync(nodes, seeds, cancellation);
        await loader.JobsAsync(nodes, Parents(nodes), cancellation);
        var runs = await loader.RunsAsync(
            [.. nodes.Values.Where(n => n.Old.RunId is not null).Select(n => n.Old.RunId!.Value).ToHashSet()], cancellation);
        // A draw may wait for the server: ids for the worst case are there before the pure part begins.
        await ids.ReserveAsync(nodes.Values.Sum(n => n.IsAffected ? 2 : 1), cancellation);
        new PointerStructure(nodes, runs, source.IdKind, labels[""], ids.NextRun, ids.NextStage).Resolve();
        return runs.Values;
    }

    private static List<string> Parents(Dictionary<string, Node> nodes)
    {
        var parents = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes.Values.Where(n => n.IsAffected))
        {
            if (node.New.ParentId is { } parent && !nodes.ContainsKey(parent))
                parents.Add(parent);
            if (node.OldFollowed is { } before && !nodes.ContainsKey(before))
                parents.Add(before);
        }

        return [.. parents];
    }

    private async Task<IReadOnlyCollection<RunNode>> PlaceByKeyAsync(
        BatchLoader loader, Dictionary<string, Node> nodes, IdBlocks ids, CancellationToken cancellation)
    {
        var affected = nodes.Values.Where(n => n.IsAffected).ToList();
        if (affected.Count == 0)
            return [];
        await EarlierLinks.TakeBackAsync(loader, nodes, affected, cancellation);
        var connectionKeys = affected.SelectMany(n => new[] { n.Old.RunKey, n.New.RunKey }).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var byId = await loader.RunsOfKeysAsync([.. connectionKeys], cancellation);
        var runs = byId.Values.ToDictionary(r => r.Key!, StringComparer.Ordinal);
        await ids.ReserveAsync(affected.Count, cancellation);
        var structure = new KeyStructure(
            runs, [.. mapping.Steps.Select(s => labels.Find(s) ?? 0)], source.IdKind, ids.NextRun, ids.NextStage);
        structure.Resolve(affected);
        foreach (var stage in structure.LostFirst)
        {
            // The affected ones are not where the store still has them.
            var left = (await loader.IdsOfStageAsync(stage.Id, stage.Run.Key!, cancellation))
                .Where(row => !nodes.TryGetValue(row.Id, out var node) || !node.IsAffected)
                .Concat(affected.Where(n => n.Stage == stage).Select(n => (n.Id, n.New.Worker)))
                .ToList();
            if (left.Count == 0)
                continue;
            // A stage is called by the worker of its first job.
            (stage.FirstId, stage.Worker) = left.MinBy(row => row.Id, Comparer<string>.Create((a, b) => JobIds.Compare(source.IdKind, a, b)));
            stage.HeadChanged = true;
        }

        structure.Order();
        return runs.Values;
    }

    /// <summary>Makes sure that this leader's turn lasts.</summary>
    private async Task<Turn> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // What a crash of the server takes back is read again from the source: the feed's position goes with it.
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("set local synchronous_commit = off"));
        var lead = new NpgsqlBatchCommand(
            """
            select epoch, backfilled, array(select run_id from job_lineage.leftover where source_id = $1), rereading, returned_at is not null,
                exists (select from job_lineage.put_aside where source_id = $1), numbers_at
            from job_lineage.source where id = $1 for update
            """).With(record.Id);
        batch.BatchCommands.Add(lead);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation) || reader.GetInt64(0) != record.Epoch)
            throw new LeadLostException($"Another replica reads source '{mapping.Name}' now.");
        return new(reader.GetBoolean(1), reader.GetFieldValue<long[]>(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetBoolean(5), reader.GetDateTime(6));
    }

    /// <summary>What a batch begins with.</summary>
    /// <param name="IsBackfilled">Whether the table was once read to its end.</param>
    /// <param name="Leftovers">The dropped runs of which there still are rows.</param>
    /// <param name="IsRereading">Whether everything is being read anew under another mapping.</param>
    /// <param name="HasReturned">Whether an id has ever come back as another job's.</param>
    /// <param name="HasPutAside">Whether there are rows of the source that could not be read.</param>
    /// <param name="NumbersAt">Since when numbers of texts have to be asked for anew.</param>
    private readonly record struct Turn(bool IsBackfilled, long[] Leftovers, bool IsRereading, bool HasReturned, bool HasPutAside, DateTime NumbersAt);
}
