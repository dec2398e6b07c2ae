<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

/** Rows of many records, sorted out to the record that each belongs to. */
final class Rows
{
    /**
     * @param array<int, array<string, string|null>> $rows
     * @return array<int, array<int, array<string, string|null>>> rows by the value of $column
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
     * @return array<int, int> the values of a column, each once, without 0
     */
    public static function ids(string $column, array $rows): array
    {
        $ids = array_map('intval', array_column($rows, $column));
        return array_values(array_filter(array_unique($ids)));
    }

    /**
     * @param array<int, array<string, string|null>> $rows one a record
     * @return array<int, array<string, string|null>> the row by the value of $column, which is taken out of it
     */
    public static function each(string $column, array $rows): array
    {
        $sorted = [];
        foreach ($rows as $row) {
            $id = (int) $row[$column];
            unset($row[$column]);
            $sorted[$id] = $row;
        }
        return $sorted;
    }
}
