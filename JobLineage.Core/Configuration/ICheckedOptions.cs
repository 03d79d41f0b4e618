namespace JobLineage.Core.Configuration;

/// <summary>Options whose settings must go together.</summary>
public interface ICheckedOptions
{
    /// <summary>What does not, after all was read: the key below the section, and what is the matter with it.</summary>
    IEnumerable<(string Key, string Problem)> Check();
}
