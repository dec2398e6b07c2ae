<?php
declare(strict_types=1);

namespace Opencart\System\Engine;

/** What OpenCart's own controllers are made of: they find what they work with by name. */
class Controller
{
    protected Registry $registry;

    public function __construct(Registry $registry)
    {
        $this->registry = $registry;
    }

    public function __get(string $name): object
    {
        return $this->registry->get($name);
    }
}
