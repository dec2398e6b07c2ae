<?php
declare(strict_types=1);

namespace XeroConnector\Database;

/** Where the settings are kept in a shop's database: one row a name, so that a change touches nothing else. */
interface SettingTable
{
    /** @return array<string, string> all of them by name */
    public function read(): array;

    /** @param array<string, string> $values by name; those that are not named stay */
    public function write(array $values): void;

    /**
     * Puts a number in the place of one that is not greater than $most.
     *
     * @return bool whether it was this request that put it there, and not another at the same time
     */
    public function raise(string $name, int $most, int $number): bool;

    public function clear(): void;
}
