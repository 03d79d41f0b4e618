using System.Net;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace JobLineage.Tests.Security;

public class SignInAttemptsTests
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.1");

    private readonly FakeTimeProvider clock = new(Some.Noon);
    private readonly SignInAttempts attempts;

    public SignInAttemptsTests() => attempts = new(clock);

    [Fact]
    public void After_five_wrong_passwords_in_a_minute_even_the_right_one_is_not_looked_at()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(default, attempts.Try(Home, () => false));
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        var outcome = attempts.Try(Home, () => throw new InvalidOperationException("compared"));

        Assert.False(outcome.Success);
        Assert.Equal(TimeSpan.FromSeconds(10), outcome.RetryAfter);
    }

    [Fact]
    public void A_minute_after_the_first_of_them_one_more_is_looked_at()
    {
        Fail(Home, 5);
        clock.Advance(SignInAttempts.Window);

        Assert.True(attempts.Try(Home, () => true).Success);
    }

    [Fact]
    public void The_right_password_clears_the_count_of_its_address()
    {
        Fail(Home, 4);
        Assert.True(attempts.Try(Home, () => true).Success);
        Fail(Home, 4);

        Assert.True(attempts.Try(Home, () => true).Success);
    }

    [Fact]
    public void Other_addresses_are_not_held_up()
    {
        Fail(Home, 5);

        Assert.True(attempts.Try(IPAddress.Parse("192.0.2.2"), () => true).Success);
    }

    [Fact]
    public void The_addresses_of_one_IPv6_subscriber_count_as_one()
    {
        for (var i = 1; i <= 5; i++)
            Fail(IPAddress.Parse($"2001:db8:0:1::{i}"), 1);

        Assert.True(attempts.Try(IPAddress.Parse("2001:db8:0:1::99"), () => true).RetryAfter > TimeSpan.Zero);
        Assert.True(attempts.Try(IPAddress.Parse("2001:db8:0:2::1"), () => true).Success);
    }

    [Fact]
    public void An_IPv4_address_counts_the_same_through_an_IPv6_socket()
    {
        Fail(Home, 5);

        Assert.False(attempts.Try(Home.MapToIPv6(), () => true).Success);
    }

    [Fact]
    public void A_flood_from_many_addresses_leaves_each_one_guess_and_nobody_else_waits()
    {
        for (var i = 0; i < Attempts.Flood; i++)
            Fail(new IPAddress([198, 51, 100, (byte)i]), 1);

        // An address of the flood has had its guess.
        Assert.Equal(Attempts.Window, attempts.Try(new IPAddress([198, 51, 100, 0]), () => true).RetryAfter);
        // The right password from any other is looked at, however long the flood lasts.
        Assert.True(attempts.Try(Home, () => true).Success);
        for (var i = 0; i < Attempts.Most + 10; i++)
            attempts.Try(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), () => false);
        Assert.True(attempts.Try(Home, () => true).Success);
    }

    [Fact]
    public void What_is_not_looked_at_is_worth_one_line_in_the_log()
    {
        Fail(Home, 5);

        Assert.True(attempts.Try(Home, () => false).IsFirst);
        Assert.False(attempts.Try(Home, () => false).IsFirst);
        clock.Advance(Attempts.Window);
        Fail(Home, 5);
        Assert.True(attempts.Try(Home, () => false).IsFirst);
    }

    private void Fail(IPAddress address, int times)
    {
        for (var i = 0; i < times; i++)
            Assert.False(attempts.Try(address, () => false).Success);
    }
}
