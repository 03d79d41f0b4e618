using JobLineage.Core.Postgres;

namespace JobLineage.Tests.Postgres;

/// <summary>Who should hold what.</summary>
public sealed class LeaseSharesTests
{
    private static readonly string[] Ten = [.. Enumerable.Range(0, 10).Select(i => $"s{i}")];

    [Fact]
    public void The_first_takes_all() => Assert.Equal(Ten, new World(Ten).Join().Settle().Of(0));

    [Fact]
    public void Two_share_evenly_and_then_rest()
    {
        var world = new World(Ten).Join().Settle().Join().Settle();
        Assert.Equal((5, 5), (world.Of(0).Count, world.Of(1).Count));
        var before = world.Of(0);
        Assert.Equal(before, world.Settle().Of(0));
        Assert.Equal(0, world.LastMoves);
    }

    [Fact]
    public void One_source_stays_where_it_is()
    {
        var world = new World(["only"]).Join().Settle().Join().Settle();
        Assert.Equal(["only"], world.Of(0));
        Assert.Equal(0, world.LastMoves);
    }

    [Fact]
    public void What_a_dead_one_held_is_shared_among_the_living()
    {
        var world = new World(Ten).Join().Settle().Join().Join().Settle();
        world.Die(0).Settle();
        Assert.Equal((5, 5), (world.Of(0).Count, world.Of(1).Count));
    }

    [Fact]
    public void A_source_that_only_one_knows_goes_to_that_one()
    {
        var world = new World(Ten).Join().Settle().Join(["s9", "other"]).Settle();
        Assert.Contains("other", world.Of(1));
        Assert.Equal(["other", .. Ten], world.All());
    }

    [Fact]
    public void One_who_reads_once_keeps_its_lease_and_gets_no_other()
    {
        var world = new World(Ten).Join([]);
        world.Holders["s3"] = world.Alive[0].Id;
        world.Join().Settle();
        Assert.Equal(["s3"], world.Of(0));
        Assert.Equal(9, world.Of(1).Count);
        Assert.Equal(Ten, world.Die(0).Settle().Of(0));
    }

    [Fact]
    public void However_members_come_and_go_every_source_has_one_holder_and_shares_differ_by_one_at_most()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 200; trial++)
        {
            var names = Enumerable.Range(0, random.Next(1, 40)).Select(i => $"s{i}").ToArray();
            var world = new World(names).Join();
            for (var step = 0; step < 12; step++)
            {
                if (world.Alive.Count > 1 && random.Next(3) == 0)
                    world.Die(random.Next(world.Alive.Count));
                else if (world.Alive.Count < 6)
                    world.Join();
                if (random.Next(2) == 0)
                    world.Once();
            }

            world.Settle();
            Assert.Equal(names.Order(StringComparer.Ordinal), world.All());
            var loads = world.Alive.Select((_, i) => world.Of(i).Count).ToList();
            Assert.True(loads.Max() - loads.Min() <= 1, string.Join(", ", loads));
            world.Once();
            Assert.Equal(0, world.LastMoves);
        }
    }

    /// <summary>Members that see the same and do what they are told.</summary>
    private sealed class World(string[] names)
    {
        public List<LeaseParty> Alive { get; } = [];

        public Dictionary<string, Guid> Holders { get; } = new(StringComparer.Ordinal);

        public int LastMoves { get; private set; }

        public World Join(string[]? wants = null)
        {
            Alive.Add(new(Guid.NewGuid(), "", wants ?? names, []));
            return this;
        }

        public World Die(int member)
        {
            Alive.RemoveAt(member);
            return this;
        }

        public World Settle()
        {
            for (var i = 0; i < 5; i++)
                Once();
            return this;
        }

        public void Once()
        {
            LastMoves = 0;
            foreach (var member in Alive)
            {
                var moves = LeaseShares.Of(new(member.Id, Alive, new Dictionary<string, Guid>(Holders, StringComparer.Ordinal)));
                foreach (var lease in moves.GiveBack)
                {
                    Assert.Equal(member.Id, Holders[lease]);
                    Holders.Remove(lease);
                }

                foreach (var lease in moves.Take)
                {
                    Assert.DoesNotContain(Alive, p => Holders.GetValueOrDefault(lease) == p.Id);
                    Holders[lease] = member.Id;
                }

                LastMoves += moves.Take.Count + moves.GiveBack.Count;
            }
        }

        public IReadOnlyList<string> Of(int member) => [.. Holders.Where(h => h.Value == Alive[member].Id).Select(h => h.Key).Order(StringComparer.Ordinal)];

        public IEnumerable<string> All() => Holders.Where(h => Alive.Exists(p => p.Id == h.Value)).Select(h => h.Key).Order(StringComparer.Ordinal);
    }
}
