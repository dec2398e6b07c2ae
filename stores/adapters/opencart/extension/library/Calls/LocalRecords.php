<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

/** A moment is text of the shop's own clock: "2026-11-30 18:05:00". */
final class LocalRecords extends Records
{
    protected function first()
    {
        return '1000-01-01 00:00:00';
    }

    protected function last()
    {
        return '9999-12-31 23:59:59';
    }

    protected function moment(Parameters $parameters, string $name)
    {
        return $parameters->moment($name);
    }
}
