using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>The kinds of mailbox of a system, by id.</summary>
public class Mailboxes
{
    /// <summary>The default mailbox.</summary>
    public const string DefaultMailboxId = "akka.actor.default-mailbox";

    private readonly ActorSystem _system;
    private readonly ConcurrentDictionary<string, MailboxType?> _types = new();

    /// <summary>Reads mailboxes from a system's configuration.</summary>
    public Mailboxes(ActorSystem system) => _system = system;

    /// <summary>True when the id is configured.</summary>
    public bool HasMailbox(string id) => id == DefaultMailboxId || _system.Settings.Config.HasPath(id);

    /// <summary>The mailbox type of an id; null is the engine's own unbounded queue.</summary>
    /// <exception cref="ConfigurationException">The id is not configured, or its type is not known.</exception>
    internal MailboxType? Find(string id) =>
        id.Length == 0 || id == DefaultMailboxId ? null : _types.GetOrAdd(id, Read);

    private MailboxType? Read(string id)
    {
        var config = _system.Settings.Config.GetConfig(id) ??
            throw new ConfigurationException($"Mailbox Type [{id}] not configured");
        var name = config.GetString("mailbox-type", "");
        if (string.IsNullOrEmpty(name))
        {
            throw new ConfigurationException($"The setting mailbox-type defined in [{id}] is empty");
        }

        var type = Type.GetType(name) ??
            throw new ConfigurationException($"Found mailbox-type [{name}] in configuration for [{id}], but could not find that type");
        return type == typeof(UnboundedMailbox) || type == typeof(UnboundedDequeBasedMailbox)
            ? null
            : (MailboxType)Activator.CreateInstance(type, _system.Settings, config)!;
    }
}
