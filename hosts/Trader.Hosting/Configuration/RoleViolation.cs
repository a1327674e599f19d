namespace Trader.Hosting.Configuration;

/// <summary>
/// Settings of one role that are fine by themselves and contradict each other, or the account. Every role reads the whole settings, and a
/// guard must not stay down over what concerns another: only this role does not start. What nobody can read at all is a
/// <see cref="Violation"/> for every role.
/// </summary>
public sealed record RoleViolation(Role Role, Violation What);
