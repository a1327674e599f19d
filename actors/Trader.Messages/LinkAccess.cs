namespace Trader.Messages;

/// <summary>Where the bearer token of everything that changes state over HTTP is found, by the roles that check it and by their clients.</summary>
public static class LinkAccess
{
    /// <summary>Environment variable; it goes before the file.</summary>
    public const string TokenVariable = "TRADER_LINK_TOKEN";

    /// <summary>Environment variable: the directory that holds the file.</summary>
    public const string StateDirVariable = "TRADER_STATE_DIR";

    /// <summary>Environment variable of a strategy: where the gate is, e.g. <c>http://127.0.0.1:8000</c>. No role reads it.</summary>
    public const string GateVariable = "TRADER_GATE_URL";

    /// <summary>File in the state directory, readable by its owner alone.</summary>
    public const string TokenFile = "link.token";

    /// <summary>A shorter token could be guessed.</summary>
    public const int MinTokenLength = 32;

    /// <summary>Where strategies hand in intents, on the apply-layer role's port.</summary>
    public const string IntentsPath = "/gate/intents";
}
