namespace JobLineage.Core.Postgres;

/// <summary>
/// Who should hold which lease. Pure, and the same for all members that see the same: so they need not talk. Leases stay
/// where they are as long as nobody holds more than his share.
/// </summary>
public static class LeaseShares
{
    /// <summary>What a member should take and give back.</summary>
    public static LeaseMoves Of(LeaseView view)
    {
        var target = Target(view);
        var mine = view.Holders.Where(h => h.Value == view.Me).Select(h => h.Key).ToList();
        var alive = view.Alive.Select(p => p.Id).ToHashSet();
        return new(
            [.. target.Where(t => t.Value == view.Me && !(view.Holders.TryGetValue(t.Key, out var holder) && alive.Contains(holder))).Select(t => t.Key).Order(StringComparer.Ordinal)],
            [.. mine.Where(name => target.TryGetValue(name, out var other) && other != view.Me).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The holder that each wanted lease should have.</summary>
    private static Dictionary<string, Guid> Target(LeaseView view)
    {
        var wanting = view.Alive.Where(p => p.Wants.Count > 0).OrderBy(p => p.Id).ToList();
        var alive = view.Alive.Select(p => p.Id).ToHashSet();
        var wanted = wanting.SelectMany(p => p.Wants).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var target = new Dictionary<string, Guid>(StringComparer.Ordinal);
        if (wanting.Count == 0)
            return target;
        var (share, more) = Math.DivRem(wanted.Count, wanting.Count);
        var load = wanting.ToDictionary(p => p.Id, _ => 0);
        var wants = wanting.ToDictionary(p => p.Id, p => p.Wants.ToHashSet(StringComparer.Ordinal));
        var over = new List<(string Name, Guid Holder)>();
        // One that took a lease for a while, and takes no part in sharing, keeps it until it has done.
        foreach (var name in wanted)
        {
            if (!view.Holders.TryGetValue(name, out var holder) || !alive.Contains(holder))
                continue;
            if (!load.TryGetValue(holder, out var held) || !wants[holder].Contains(name))
                target[name] = holder;
            else if (held < share)
                (target[name], load[holder]) = (holder, held + 1);
            else
                over.Add((name, holder));
        }

        // What can't be shared out evenly stays where it is too: one more for each of so many.
        foreach (var (name, holder) in over.Where(o => more > 0 && load[o.Holder] == share))
            (target[name], load[holder], more) = (holder, share + 1, more - 1);

        foreach (var name in wanted.Where(n => !target.ContainsKey(n)))
        {
            var candidates = wanting.Where(p => wants[p.Id].Contains(name)).ToList();
            var least = candidates.Min(p => load[p.Id]);
            // Where it is as well off as anybody, the holder keeps it.
            var chosen = view.Holders.TryGetValue(name, out var holder) && candidates.Exists(p => p.Id == holder && load[p.Id] == least)
                ? holder
                : candidates.First(p => load[p.Id] == least).Id;
            target[name] = chosen;
            load[chosen]++;
        }

        return target;
    }
}

/// <summary>What a member should do now.</summary>
/// <param name="Take">Leases that nobody alive holds.</param>
/// <param name="GiveBack">Leases that it holds and another should have.</param>
public sealed record LeaseMoves(IReadOnlyList<string> Take, IReadOnlyList<string> GiveBack);
