<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

/** Rows of a statement, put in order. */
final class Rows
{
    /**
     * @param array<int, array<string, string|null>> $rows
     * @return array<int, array<int, array<string, string|null>>> the rows by what stands in a column
     */
    public static function by(string $column, array $rows): array
    {
        $sorted = [];
        foreach ($rows as $row) {
            $sorted[(int) $row[$column]][] = $row;
        }
        return $sorted;
    }

    /**
     * @param array<int, array<string, string|null>> $rows
     * @return array<int, int> what stands in a column, each once, without 0
     */
    public static function ids(string $column, array $rows): array
    {
        return array_values(array_unique(array_filter(array_map('intval', array_column($rows, $column)))));
    }
}
