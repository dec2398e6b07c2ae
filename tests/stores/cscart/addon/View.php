<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

/** CS-Cart's view, as far as controllers use it. */
final class View
{
    /** @var array<string, mixed> */
    public $values = [];

    public function assign(string $name, $value): void
    {
        $this->values[$name] = $value;
    }

    public function getTemplateVars(string $name)
    {
        return $this->values[$name] ?? null;
    }
}
