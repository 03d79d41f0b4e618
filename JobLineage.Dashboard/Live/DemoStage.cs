namespace JobLineage.Dashboard.Live;

/// <summary>What a visitor of the demonstration may wish for.</summary>
public enum DemoWish
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>That the incident ends now.</summary>
    Heal,

    /// <summary>That a new one begins now.</summary>
    Restart,
}

/// <summary>
/// What is being simulated, for the banner above all pages, and what a visitor wishes for. There is one in the demonstration and nowhere else.
/// </summary>
public sealed class DemoStage
{
    private readonly Lock _lock = new();
    private DemoWish _wish;

    /// <summary>Raised on any thread when the story or what may be wished for has changed.</summary>
    public event Action? Changed;

    /// <summary>What is being simulated, in one or two sentences.</summary>
    public string Story { get; private set; } = "Two simulated pipelines run here, in a private database.";

    /// <summary>Whether there is an incident that could end.</summary>
    public bool CanHeal { get; private set; }

    /// <summary>What was wished for and is not done yet.</summary>
    public DemoWish Wish
    {
        get
        {
            lock (_lock)
                return _wish;
        }
    }

    /// <summary>Says what is being simulated from now on.</summary>
    public void Tell(string story, bool canHeal)
    {
        (Story, CanHeal) = (story, canHeal);
        Changed?.Invoke();
    }

    /// <summary>Wishes for something; the last wish counts.</summary>
    public void Ask(DemoWish wish)
    {
        lock (_lock)
            _wish = wish;
        Changed?.Invoke();
    }

    /// <summary>Takes what was wished for: it is being done.</summary>
    public DemoWish Take()
    {
        DemoWish taken;
        lock (_lock)
            (taken, _wish) = (_wish, DemoWish.None);
        if (taken != DemoWish.None)
            Changed?.Invoke();
        return taken;
    }
}
