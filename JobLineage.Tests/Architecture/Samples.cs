#pragma warning disable CA1822, CA1852, IDE0060
namespace JobLineage.Tests.Architecture.Samples;

internal class Target : Exception
{
    public static int Number() => 1;

    public static T Same<T>(T value) => value;
}

internal interface ITarget;

internal sealed class TargetAttribute : Attribute;

internal class TargetItem;

internal sealed class Inherits : Target;

internal sealed class Implements : TargetBase;

internal abstract class TargetBase : ITarget;

internal sealed class HasField
{
    public readonly TargetItem? Item = null;
}

internal sealed class TakesArray
{
    public int Take(TargetItem[] items) => items.Length;
}

internal sealed class ReturnsList
{
    public List<Dictionary<string, TargetItem>> Make() => [];
}

internal sealed class IsMarked
{
    [Target]
    public int Number { get; set; }
}

internal sealed class Constrains<T> where T : TargetItem;

internal sealed class CallsStatic
{
    public int Call() => Target.Number();
}

internal sealed class CallsGeneric
{
    public object Call() => Enumerable.Empty<TargetItem>().Count();
}

internal sealed class CallsInLambda
{
    public Func<int> Call() => () => Target.Number();
}

internal sealed class CallsAfterAwait
{
    public async Task<int> CallAsync()
    {
        await Task.Yield();
        return Target.Number();
    }
}

internal sealed class Catches
{
    public void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Target)
        {
        }
    }
}

internal sealed class NamesType
{
    public string Name() => typeof(TargetItem).Name;
}

internal sealed class Innocent
{
    public int Number() => "Target".Length;
}
