<?php
declare(strict_types=1);

namespace XeroConnector\Tests\Three;

/** OpenCart 3's registry, and in it what the controllers use: one object that plays all of the small parts. */
final class Registry
{
    /** @var array<string, object> */
    private $objects = [];

    /** @var array<string, mixed> */
    public $session = ['user_token' => 'token'];

    /** @var array<int, string> */
    public $rights = ['access', 'modify'];

    /** @var array<int, string> routes for which nobody has any */
    public $refused = [];

    /** @var array<int, array<string, string>> */
    public $groups = [];

    /** @var array<string, callable> by route */
    public $controllers = [];

    /** @var array<string, string> */
    public $config = [];

    /** @var array<int, array<string, string>> the shop's table of events */
    public $events = [];

    /** @var array<int, array<int, mixed>> */
    public $calls = [];

    public function has(string $name): bool
    {
        return isset($this->objects[$name]);
    }

    public function set(string $name, object $object): void
    {
        $this->objects[$name] = $object;
    }

    public function get(string $name): object
    {
        return $this->objects[$name] ?? new Part($this, $name);
    }
}

/** A part of OpenCart: notes what it is asked. */
final class Part
{
    /** @var Registry */
    private $registry;

    /** @var string */
    private $name;

    /** @var array<string, mixed> */
    public $data;

    public function __construct(Registry $registry, string $name)
    {
        $this->registry = $registry;
        $this->name = $name;
        $this->data = &$registry->session;
    }

    public function __call(string $method, array $arguments)
    {
        $this->registry->calls[] = array_merge([$this->name, $method], $arguments);
        switch ($this->name . '.' . $method) {
            case 'model_setting_event.addEvent':
                $id = 1 + (int) max(array_column($this->registry->events, 'event_id') ?: [0]);
                [$code, $trigger, $action] = $arguments;
                $this->registry->events[] = ['event_id' => (string) $id] + compact('code', 'trigger', 'action');
                return $id;
            case 'model_setting_event.deleteEvent':
                $left = static function (array $event) use ($arguments): bool {
                    return (int) $event['event_id'] !== $arguments[0];
                };
                $this->registry->events = array_values(array_filter($this->registry->events, $left));
                return null;
            case 'load.controller':
                return ($this->registry->controllers[$arguments[0]] ?? 'strval')($arguments[0]);
            case 'config.get':
                return $this->registry->config[$arguments[0]] ?? null;
            case 'user.hasPermission':
                return in_array($arguments[0], $this->registry->rights, true)
                    && !in_array($arguments[1], $this->registry->refused, true);
            case 'model_setting_event.getEvents':
                return $this->registry->events;
            case 'model_user_user_group.getUserGroups':
                return $this->registry->groups;
            case 'user.getUserName':
                return 'Ada';
            case 'customer.getId':
                return 5;
            case 'language.get':
                return $arguments[0] === 'xero_connector' ? $this : $arguments[0];
            case 'url.link':
                return 'https://shop.example.com/admin/?route=' . $arguments[0] . '&amp;' . $arguments[1];
        }
        return null;
    }

    /** @return array<int, array<int, mixed>> what a part was asked by this method */
    public static function calls(Registry $registry, string $name, string $method): array
    {
        return array_values(array_filter($registry->calls, static function (array $call) use ($name, $method): bool {
            return $call[0] === $name && $call[1] === $method;
        }));
    }
}
