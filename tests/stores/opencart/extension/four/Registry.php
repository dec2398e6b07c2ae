<?php
declare(strict_types=1);

namespace Opencart\System\Engine;

/** As much of OpenCart's engine as a controller needs: it finds what it works with by name. */
class Registry
{
    /** @var array<string, object> */
    private array $things = [];

    public function get(string $name): object
    {
        return $this->things[$name];
    }

    public function set(string $name, object $thing): void
    {
        $this->things[$name] = $thing;
    }
}
