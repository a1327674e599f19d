using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Akka.Actor;

/// <summary>Calls one constructor of an actor type, without looking it up again.</summary>
internal sealed class ActorFactory
{
    private const BindingFlags AnyInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly ConcurrentDictionary<ConstructorInfo, ActorFactory> ByConstructor = new();
    private static readonly ConcurrentDictionary<Type, ActorFactory> ByDefaultConstructor = new();

    private readonly ConstructorInvoker? _invoker;
    private readonly ParameterInfo[] _parameters;

    private ActorFactory(Type type, ConstructorInfo? constructor)
    {
        Type = type;
        _parameters = constructor?.GetParameters() ?? [];
        _invoker = constructor is null ? null : ConstructorInvoker.Create(constructor);
    }

    internal Type Type { get; }

    internal static ActorFactory For(NewExpression construction) => construction.Constructor is null
        ? For(construction.Type, [])
        : ByConstructor.GetOrAdd(construction.Constructor, c => new ActorFactory(c.DeclaringType!, c));

    internal static ActorFactory For(Type type, object?[] args)
    {
        if (args.Length == 0 && ByDefaultConstructor.TryGetValue(type, out var known))
        {
            return known;
        }

        var constructor = Find(type, args);
        var factory = constructor is null
            ? new ActorFactory(type, null)
            : ByConstructor.GetOrAdd(constructor, c => new ActorFactory(c.DeclaringType!, c));
        if (args.Length == 0 && constructor is not null)
        {
            ByDefaultConstructor[type] = factory;
        }

        return factory;
    }

    /// <summary>Runs the constructor; what it throws comes out as it was.</summary>
    internal ActorBase Create(object?[] args)
    {
        if (_invoker is null)
        {
            throw new MissingMethodException($"Constructor on type '{Type}' with {args.Length} such arguments not found.");
        }

        try
        {
            return (ActorBase)(args.Length == 0 && _parameters.Length == 0
                ? _invoker.Invoke()
                : _invoker.Invoke(WithDefaults(args).AsSpan()));
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }

    private object?[] WithDefaults(object?[] args)
    {
        if (args.Length == _parameters.Length)
        {
            return args;
        }

        var all = new object?[_parameters.Length];
        args.CopyTo(all, 0);
        for (var i = args.Length; i < all.Length; i++)
        {
            all[i] = _parameters[i].DefaultValue;
        }

        return all;
    }

    private static ConstructorInfo? Find(Type type, object?[] args) => type.GetConstructors(AnyInstance)
        .Select(constructor => (Constructor: constructor, Score: Score(constructor.GetParameters(), args)))
        .Where(candidate => candidate.Score >= 0)
        .OrderByDescending(candidate => candidate.Score)
        .FirstOrDefault().Constructor;

    /// <summary>How well the arguments fit: exact types beat assignable ones, written ones beat defaults.</summary>
    private static int Score(ParameterInfo[] parameters, object?[] args)
    {
        if (args.Length > parameters.Length)
        {
            return -1;
        }

        var score = 1000 - (parameters.Length * 10);
        for (var i = 0; i < parameters.Length; i++)
        {
            var wanted = parameters[i].ParameterType;
            if (i >= args.Length)
            {
                if (!parameters[i].HasDefaultValue)
                {
                    return -1;
                }
            }
            else if (args[i] is not { } given)
            {
                if (wanted.IsValueType && Nullable.GetUnderlyingType(wanted) is null)
                {
                    return -1;
                }
            }
            else if (wanted == given.GetType())
            {
                score += 2;
            }
            else if (wanted.IsInstanceOfType(given))
            {
                score++;
            }
            else
            {
                return -1;
            }
        }

        return score;
    }
}

/// <summary>Evaluates constructor arguments of an expression, compiling only what is not plain.</summary>
internal static class ExpressionArguments
{
    internal static object?[] Evaluate(NewExpression construction)
    {
        if (construction.Arguments.Count == 0)
        {
            return [];
        }

        var values = new object?[construction.Arguments.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Evaluate(construction.Arguments[i]);
        }

        return values;
    }

    private static object? Evaluate(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo field } member:
                return field.GetValue(member.Expression is null ? null : Evaluate(member.Expression));
            case UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert
                when convert.Type.IsAssignableFrom(convert.Operand.Type):
                return Evaluate(convert.Operand);
            default:
                var boxed = Expression.Convert(expression, typeof(object));
                return Expression.Lambda<Func<object?>>(boxed).Compile(preferInterpretation: true)();
        }
    }
}
